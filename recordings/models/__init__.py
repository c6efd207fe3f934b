from .consent import Consent, Wording
from .file import RecordingFile, Segment
from .policy import Hold, Policy
from .recording import Recording, RecordingState

__all__ = ["Consent", "Hold", "Policy", "Recording", "RecordingFile", "RecordingState", "Segment", "Wording"]
