function file = quartz_file()
    %QUARTZ_FILE   Path of the crystal that comes with the examples.
    root = fileparts(fileparts(fileparts(fileparts(mfilename('fullpath')))));
    file = fullfile(root, 'matlab', 'examples', 'data', 'quartz_bks.json.gz');
end
