"""Where shipped files are looked for."""

from ichdesk.core.resources import project_path, resource_path


def test_shipped_files_lie_beside_the_package_or_in_it() -> None:
    resource = resource_path("backbones/x/weights.safetensors")
    assert resource.parts[-4:] == ("resources", "backbones", "x", "weights.safetensors")
    assert project_path("experiment1.tm").parts[-2:] == ("projects", "experiment1.tm")
    assert resource.parents[3] == project_path("x").parents[1]
