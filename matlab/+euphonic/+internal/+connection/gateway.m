function response = gateway(varargin)
    %GATEWAY   Call the MEX function; its commands are described in native/mex/commands.h.
    %   Raises EUPHONIC:gateway:missing where there is none that this MATLAB or Octave can load.
    try
        response = euphonic.internal.gateway(varargin{:});
    catch problem
        if strcmp(problem.identifier, 'EUPHONIC:gateway:failed')
            rethrow(problem);
        end
        file = fullfile(fileparts(fileparts(mfilename('fullpath'))), ['gateway.' mexext()]);
        if exist(file, 'file')
            found = sprintf('The MEX function %s does not load: %s', file, problem.message);
        else
            found = sprintf('The MEX function %s is missing.', file);
        end
        euphonic.internal.fail('gateway', 'missing', ...
            ['%s\nThe file is made for one system, and for either MATLAB or Octave. euphonic.setup builds it where ' ...
             'a C++ compiler is installed, and so does euphonic.build. Or unpack the release for this system ' ...
             '(%s).'], ...
            found, computer('arch'));
    end
end
