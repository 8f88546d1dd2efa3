function install_python_modules(varargin)
    %INSTALL_PYTHON_MODULES   Says that no Python modules are needed.
    %   EUPHONIC.INSTALL_PYTHON_MODULES does nothing else, whatever its arguments: it is here because scripts written
    %   for packages that load Python call it.
    %
    %   Example
    %       euphonic.install_python_modules
    %
    %   See also EUPHONIC.START.
    fprintf('This package needs no Python: nothing to install.\n');
end
