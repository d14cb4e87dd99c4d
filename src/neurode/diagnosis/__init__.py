"""The doctor: why a network does not learn, with the evidence, what it means, and the change to try."""

from neurode.diagnosis.diagnosis import Diagnosis as Diagnosis
from neurode.diagnosis.doctor import doctor as doctor
from neurode.diagnosis.finding import SEVERITIES as SEVERITIES
from neurode.diagnosis.finding import Finding as Finding
from neurode.diagnosis.vitals import Vitals as Vitals
