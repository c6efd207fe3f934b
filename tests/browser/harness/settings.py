"""The demo's settings with what a test changes: `RTC_TEST_RTC_SERVICE` is JSON, merged section by section."""

import json
import os

from demo.settings import *  # noqa: F403
from demo.settings import RTC_SERVICE

for _section, _values in json.loads(os.environ.get("RTC_TEST_RTC_SERVICE", "{}")).items():
    RTC_SERVICE.setdefault(_section, {}).update(_values)
