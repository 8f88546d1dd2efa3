function file = build(varargin)
    %BUILD   Compile the package's MEX function for this MATLAB or Octave.
    %   EUPHONIC.BUILD compiles native/mex of the checkout or toolbox that this package is in, with the C++ compiler
    %   that `mex -setup C++` has chosen (Octave: mkoctfile). FILE = EUPHONIC.BUILD() returns the path of the binary;
    %   EUPHONIC.BUILD('folder', FOLDER) puts it there instead of into the package.
    %
    %   The compiler must know C++17: g++ 8, clang 6, Xcode 10.2, Visual Studio 2017 (15.8), or later ones. ZeroMQ and
    %   msgpack-cxx are needed: libzmq3-dev and libmsgpack-cxx-dev on Debian and Ubuntu. Where they are not in the
    %   compiler's own folders, the environment variables EUPHONIC_ZMQ and EUPHONIC_MSGPACK name the folders that have
    %   them, with include and lib in them.
    %
    %   Other MEX functions are unloaded as well (clear mex): Windows keeps the file of a loaded one locked.
    %
    %   Example
    %       euphonic.build
    %
    %   See also EUPHONIC.START, EUPHONIC.STATUS, EUPHONIC.SETUP.
    caller = 'build';
    package = fileparts(mfilename('fullpath'));
    options = euphonic.internal.options.name_values(caller, {'folder'}, varargin);
    folder = fullfile(package, '+internal');
    if isfield(options, 'folder')
        folder = options.folder;
    end
    native = fullfile(fileparts(fileparts(package)), 'native');  % in a checkout
    if ~exist(native, 'dir')
        native = fullfile(fileparts(package), 'native');  % in a toolbox
    end
    sources = [files_of(fullfile(native, 'mex')), files_of(fullfile(native, 'mex', 'wire'))];
    if isempty(sources)
        euphonic.internal.fail(caller, 'no_sources', ...
            'There are no sources in %s: the package has been separated from its checkout or toolbox.', native);
    end
    % beside its place, so that it gets there by being renamed
    [~, name] = fileparts(tempname());
    workplace = fullfile(folder, name);
    if ~mkdir(workplace)
        euphonic.internal.fail(caller, 'folder_unwritable', ...
            ['The folder %s cannot be written to. Have its owner build the MEX function, or name another folder: ' ...
             'euphonic.build(''folder'', FOLDER).'], folder);
    end
    remove = onCleanup(@() rmdir(workplace));
    built = compile(caller, workplace, [{['-I' native], '-DMSGPACK_NO_BOOST'}, library_flags()], sources);
    binary = fullfile(folder, ['gateway.' mexext()]);
    put_in_place(caller, built, binary);
    if nargout > 0
        file = binary;
    end
end

function files = files_of(folder)
    found = dir(fullfile(folder, '*.cpp'));
    files = cellfun(@(name) fullfile(folder, name), {found.name}, 'UniformOutput', false);
end

function flags = library_flags()
    flags = {};
    for variable = {'EUPHONIC_ZMQ', 'EUPHONIC_MSGPACK'}
        home = getenv(variable{1});
        if ~isempty(home)
            flags = [flags, {['-I' fullfile(home, 'include')], ['-L' fullfile(home, 'lib')]}]; %#ok<AGROW>
        end
    end
end

function built = compile(caller, folder, flags, sources)
    built = fullfile(folder, ['gateway.' mexext()]);
    try
        if euphonic.internal.is_octave()
            mkoctfile('--mex', '-std=c++17', flags{:}, '-o', built, sources{:}, '-lzmq');
        elseif ispc()
            [standard, zeromq] = options_of_windows();
            mex('-R2018a', flags{:}, standard, '-outdir', folder, '-output', 'gateway', sources{:}, zeromq, ...
                '-lws2_32', '-ladvapi32');
        else
            mex('-R2018a', flags{:}, 'CXXFLAGS=$CXXFLAGS -std=c++17', '-outdir', folder, '-output', 'gateway', ...
                sources{:}, '-lzmq');
        end
        reason = '';
    catch problem
        reason = problem.message;
    end
    if ~exist(built, 'file')
        euphonic.internal.fail(caller, 'not_compiled', ...
            ['The MEX function could not be compiled. A compiler for C++17 is needed (g++ 8, clang 6, Xcode 10.2, ' ...
             'Visual Studio 2017 15.8 or later), and ZeroMQ and msgpack-cxx: see help euphonic.build. %s'], reason);
    end
end

function [standard, zeromq] = options_of_windows()
    chosen = mex.getCompilerConfigurations('C++', 'Selected');
    if ~isempty(chosen) && strcmp(chosen(1).Manufacturer, 'GNU')
        standard = 'CXXFLAGS=$CXXFLAGS -std=c++17';
        zeromq = '-lzmq';
    else
        standard = 'COMPFLAGS=$COMPFLAGS /std:c++17';
        zeromq = '-llibzmq';
    end
end

function put_in_place(caller, built, binary)
    % A loaded binary must be let go of before another takes its place.
    if euphonic.internal.is_octave()
        clear('-f', 'euphonic.internal.gateway');
    else
        clear('mex');
    end
    old = dir([binary '.old*']);
    for i = 1:numel(old)
        delete(fullfile(fileparts(binary), old(i).name));
    end
    [moved, reason] = movefile(built, binary, 'f');
    if ~moved && exist(binary, 'file')
        % Windows lets a locked file be renamed, not replaced.
        movefile(binary, [binary '.old' datestr(now(), 'yyyymmddHHMMSS')], 'f');
        [moved, reason] = movefile(built, binary, 'f');
    end
    if ~moved
        delete(built);
        euphonic.internal.fail(caller, 'file_unwritable', ...
            'The MEX function %s cannot be replaced: %s. Close other sessions that use it and try again.', binary, ...
            strtrim(reason));
    end
end
