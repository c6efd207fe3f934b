from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class HashedModules(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # docs/install.md: our modules import each other more than five deep
