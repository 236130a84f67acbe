"""Which requirements files pip itself calls malformed. Argument: a file that lists paths; prints the malformed ones.

Runs inside an environment with pip 25.3. Files that include others which are not there, or that name projects which are
not there, are not malformed.
"""

import sys
from pathlib import Path

from pip._internal.exceptions import InstallationError
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import parse_requirements
from pip._vendor.packaging.requirements import InvalidRequirement

WORDS = ("Invalid requirement", "Invalid marker", "Error parsing", "Could not parse", "no such option")

for path in Path(sys.argv[1]).read_text("utf-8").splitlines():
    try:
        Path(path).read_text("utf-8")
        # Without a session a file that includes a URL raises AttributeError: nothing is fetched here.
        for parsed in parse_requirements(path, session=None):
            install_req_from_parsed_requirement(parsed)
    except InstallationError as error:
        if any(word in str(error) for word in WORDS):
            print(path)
    except (UnicodeDecodeError, InvalidRequirement):
        print(path)
    except (OSError, AttributeError):
        continue
