"""`python -m pipeline` is `tunnepolku`."""

from pipeline.cli import main

raise SystemExit(main())
