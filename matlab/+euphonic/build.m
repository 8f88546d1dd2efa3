function file = build(varargin)
    %BUILD   Compile the package's MEX function for this MATLAB or Octave.
    %   EUPHONIC.BUILD compiles native/mex of the checkout or toolbox that this package is in, with the C++ compiler
    %   that `mex -setup C++` has chosen (Octave: mkoctfile). FILE = EUPHONIC.BUILD() returns the path of the binary;
    %   EUPHONIC.BUILD('folder', FOLDER) puts it there instead of into the package. ZeroMQ and msgpack-cxx are needed:
    %   libzmq3-dev and libmsgpack-cxx-dev on Debian and Ubuntu. Where they are not in the compiler's own folders, the
    %   environment variables EUPHONIC_ZMQ and EUPHONIC_MSGPACK name the folders that have them, with include and lib in
    %   them.
    %
    %   Example
    %       euphonic.build
    %
    %   See also EUPHONIC.START, EUPHONIC.STATUS.
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
    flags = {['-I' native], '-DMSGPACK_NO_BOOST'};
    for variable = {'EUPHONIC_ZMQ', 'EUPHONIC_MSGPACK'}
        home = getenv(variable{1});
        if ~isempty(home)
            flags = [flags, {['-I' fullfile(home, 'include')], ['-L' fullfile(home, 'lib')]}]; %#ok<AGROW>
        end
    end
    library = '-lzmq';
    if ispc()
        library = '-llibzmq';
    end
    clear('euphonic.internal.gateway');
    if euphonic.internal.is_octave()
        binary = fullfile(folder, 'gateway.mex');
        mkoctfile('--mex', '-std=c++17', flags{:}, '-o', binary, sources{:}, library);
    else
        binary = fullfile(folder, ['gateway.' mexext()]);
        if ispc()
            flags{end + 1} = 'COMPFLAGS=$COMPFLAGS /std:c++17';
        else
            flags{end + 1} = 'CXXFLAGS=$CXXFLAGS -std=c++17';
        end
        mex('-R2018a', flags{:}, '-outdir', folder, '-output', 'gateway', sources{:}, library);
    end
    if nargout > 0
        file = binary;
    end
end

function files = files_of(folder)
    found = dir(fullfile(folder, '*.cpp'));
    files = cellfun(@(name) fullfile(folder, name), {found.name}, 'UniformOutput', false);
end
