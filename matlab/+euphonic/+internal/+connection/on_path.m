function program = on_path(name)
    %ON_PATH   Path of a program in the folders of the environment variable PATH, '' where there is none.
    program = '';
    names = {name};
    if ispc()
        names = {[name '.cmd'], [name '.exe']};
    end
    for folder = strsplit(getenv('PATH'), pathsep())
        for i = 1:numel(names)
            candidate = fullfile(folder{1}, names{i});
            if exist(candidate, 'file') == 2
                program = candidate;
                return
            end
        end
    end
end
