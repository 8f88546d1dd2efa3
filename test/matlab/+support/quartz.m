function fc = quartz()
    %QUARTZ   Force constants of the crystal that comes with the examples.
    root = fileparts(fileparts(fileparts(fileparts(mfilename('fullpath')))));
    fc = euphonic.ForceConstants.from_json_file(fullfile(root, 'matlab', 'examples', 'data', 'quartz_bks.json.gz'));
end
