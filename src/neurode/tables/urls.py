"""Addresses: a database by URL, and how a source is shown without its password."""

import os
import re
from pathlib import Path
from typing import Any

from neurode.errors import ArgumentError

MASK = "***"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]+):/")
_SECRETS = re.compile(r"(?i)([?&;][^=&;]*(?:password|passphrase|secret|token)[^=&;]*=)[^&;]*")


def is_url(source: Any) -> bool:
    """Whether a source is an address like `postgresql://…` instead of a path.

    Example:
        >>> is_url("sqlite:///loans.db"), is_url("loans.csv"), is_url("C:/loans.csv")
        (True, False, False)
    """
    # Two letters at least: the first part of a Windows path is one.
    return isinstance(source, str) and _SCHEME.match(source) is not None


def source_name(source: Any) -> str:
    """What reports and errors call a source: its path, its address without the password, or its type.

    Args:
        source: Anything that `read_table` takes.

    Example:
        >>> source_name("postgresql://ann:secret@host/bank")
        'postgresql://ann:***@host/bank'
        >>> source_name({"grade": ["A"]})
        'dict'
    """
    if isinstance(source, str | os.PathLike):
        return _masked(os.fspath(source))
    if are_paths(source):
        more = f", … ({len(source) - 3} more)" if len(source) > 3 else ""
        return ", ".join(map(source_name, source[:3])) + more
    return type(source).__name__


def source_stem(source: Any) -> str:
    """A word for what a path or an address leads to: the file's name without its endings, or the database's.

    Example:
        >>> source_stem("data/loans.csv.gz"), source_stem("postgresql://ann:secret@host/bank?sslmode=require")
        ('loans', 'bank')
    """
    name = source_name(source[0] if are_paths(source) else source)
    if _SCHEME.match(name):
        name = name.partition("?")[0]
    return Path(name).name.partition(".")[0]


def are_paths(source: Any) -> bool:
    """Whether a source is a list of paths.

    Example:
        >>> are_paths(["a.csv", "b.csv"]), are_paths([1, 2])
        (True, False)
    """
    return (
        isinstance(source, list | tuple)
        and bool(source)
        and all(isinstance(part, str | os.PathLike) for part in source)
    )


def _masked(text: str) -> str:
    scheme = _SCHEME.match(text)
    if scheme is None:
        return text
    start = re.compile("/*").match(text, scheme.end()).end()  # type: ignore[union-attr]
    head, rest = text[:start], _SECRETS.sub(rf"\1{MASK}", text[start:])
    # The last @ of all: a password with a / or ? in it that nobody encoded must not be shown either.
    user, at, host = rest.rpartition("@")
    name, colon, _ = user.partition(":")
    if at and colon:
        return f"{head}{name}:{MASK}@{host}"
    # Without an @, what stands in the place of the port may be a password whose host was forgotten.
    return head + re.sub(r"^([^:/?\[]*):(?!\d*(?:[/?,]|$))[^/?]*", rf"\1:{MASK}", rest)


def scheme_of(url: str) -> str:
    """The part of an address before the colon, without the driver that SQLAlchemy writes there.

    Example:
        >>> scheme_of("postgresql+psycopg://host/bank")
        'postgresql'
    """
    return url.partition(":")[0].partition("+")[0].lower()


def sqlite_path(url: str) -> Path:
    """The file of a SQLite address: three slashes for a relative path, four for an absolute one.

    Raises:
        ArgumentError: The address names no file.

    Example:
        >>> sqlite_path("sqlite:///data/loans.db").as_posix()
        'data/loans.db'
    """
    match = re.fullmatch(r"[^:]*:///(.+)", url)
    if match is None or match[1] == ":memory:":
        raise ArgumentError(
            f"{source_name(url)!r} names no file",
            hint="sqlite:///relative.db has three slashes, sqlite:////absolute.db has four",
        )
    return Path(match[1]).expanduser()


def server_address(url: str, **defaults: str) -> str:
    """The address of a server as its library takes it, with options added.

    What the library would misread is refused here, since its own message would show a piece of the password.

    Args:
        url: `scheme://user:password@host:port/database?option=value`; every part after the scheme may be
            missing.
        **defaults: Options to add where the address does not give them.

    Raises:
        ArgumentError: A password with signs that must be written as %XX, or a port that is no number.

    Example:
        >>> server_address("postgresql://ann:a%40b@host/bank", connect_timeout="10")
        'postgresql://ann:a%40b@host/bank?connect_timeout=10'
    """
    rest = url.partition("://")[2]
    place, _, options = rest.partition("?")
    authority, slash, database = place.partition("/")
    user, at, hosts = authority.rpartition("@")
    encoded = re.fullmatch(r"(?:[^%\s]|%(?!00)[0-9A-Fa-f]{2})*", rest)
    if "@" in user + database or ("@" in options and not at) or not encoded:
        raise ArgumentError(
            f"cannot tell user, password and host apart in {source_name(url)!r}",
            hint="in a password write @ as %40, / as %2F, ? as %3F, & as %26, % as %25 and a blank as %20",
        )
    for host in hosts.split(","):
        if not re.fullmatch(r"(?:\[[^\]]+\]|[^:\[\]]*)(?::\d*)?", host):
            raise ArgumentError(
                f"no host and port in {source_name(url)!r}",
                available="addresses: postgresql://user:password@host:port/database",
                hint="the port is a number, and the host follows the @",
            )
    given = options.split("&") if options else []
    if any(option.count("=") != 1 for option in given):
        raise ArgumentError(
            f"an option without a value, or with two, in {source_name(url)!r}",
            hint="options look like ?sslmode=require&connect_timeout=5; & is %26 and = is %3D in a value",
        )
    named = {option.partition("=")[0] for option in given}
    added = [f"{name}={value}" for name, value in defaults.items() if name not in named]
    return f"{scheme_of(url)}://{authority}{slash}{database}?{'&'.join(given + added)}"
