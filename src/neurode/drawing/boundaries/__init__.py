"""What two features decide."""
