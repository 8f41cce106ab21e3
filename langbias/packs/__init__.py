"""Language packs: the data that native speakers can edit, read into typed shapes by strict loaders."""

from langbias.packs.loading import LanguagePack, load_pack, pack_tags, pack_version

__all__ = ["LanguagePack", "load_pack", "pack_tags", "pack_version"]
