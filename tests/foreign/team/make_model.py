"""``make_model.py --service FILE --flags FILE --out FOLDER``: the delay predictor as a model of MLflow."""

import argparse
import shutil
import sys
from pathlib import Path

import mlflow.pyfunc

HERE = Path(__file__).resolve().parent


def main(arguments=None):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--service", type=Path, required=True, metavar="FILE", help="of the service")
    parser.add_argument(
        "--flags", type=Path, required=True, metavar="FILE", help="which need not be there yet"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="written anew")
    options = parser.parse_args(arguments)
    shutil.rmtree(options.out, ignore_errors=True)
    mlflow.pyfunc.save_model(
        options.out,
        python_model=str(HERE / "delay_model.py"),
        artifacts={"service": str(options.service.resolve())},
        code_paths=[str(HERE / "team_flags.py")],
        model_config={"flags": str(options.flags.resolve())},
        # Named here, nobody has to guess them by loading the model once more.
        pip_requirements=str(HERE.parent / "requirements.txt"),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
