"""``python -m pocket3d_server`` is ``pocket3d-server``."""

import sys

from pocket3d_server.cli import main

sys.exit(main())
