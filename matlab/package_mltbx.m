function file = package_mltbx(folder)
    %PACKAGE_MLTBX   Pack the toolbox folder as an .mltbx file, which MATLAB's Add-On Manager installs.
    %   FILE = PACKAGE_MLTBX(FOLDER) takes the folder that `npm run toolbox` made (default: the one that this function
    %   is in) and writes euphonic-<version>.mltbx beside it. Needs MATLAB R2023a or later; run euphonic.build first, so
    %   that the MEX function for MATLAB is in the folder.
    %
    %   Example
    %       package_mltbx('build/toolbox/euphonic-0.1.0-linux-x64')
    %
    %   See also EUPHONIC.BUILD, EUPHONIC.SETUP.
    if nargin < 1
        folder = fileparts(mfilename('fullpath'));
    end
    version = euphonic.internal.version();
    if ~exist(fullfile(folder, 'daemon', 'dist', 'cli.js'), 'file')
        error('EUPHONIC:package_mltbx:invalid_argument', ...
            'There is no daemon in %s. Expected a folder that npm run toolbox made.', folder);
    end
    clear('mex');  % Windows keeps the file of a loaded MEX function locked
    % the identity of the add-on: the same for all its versions
    options = matlab.addons.toolbox.ToolboxOptions(folder, '5d3f2c64-0f4e-4f0c-9b55-6d8a7f1f2b90');
    options.ToolboxName = 'euphonic';
    options.ToolboxVersion = version;
    options.Summary = 'Phonons and neutron scattering intensities from force constants';
    options.Description = ['Calculates phonon frequencies and one-phonon neutron scattering intensities S(Q,w), ' ...
                           'for Horace and by itself, in a parallel daemon that comes with it.'];
    options.MinimumMatlabRelease = 'R2018b';
    options.ToolboxMatlabPath = {folder};
    options.OutputFile = fullfile(fileparts(folder), ['euphonic-' version '.mltbx']);
    matlab.addons.toolbox.packageToolbox(options);
    file = options.OutputFile;
end
