function members = json_class(name)
    %JSON_CLASS   Members of a JSON file by which Euphonic knows what is in it, see euphonic.internal.write_json.
    members = {'__euphonic_class__', name, []
               '__euphonic_version__', ['euphonic-bridge ' euphonic.internal.version()], []};
end
