"""A catalogue in, a site out: Markdown tree, diagrams, MkDocs Material, a check of every link."""

from generator.site.building import SiteReport, build

__all__ = ["SiteReport", "build"]
