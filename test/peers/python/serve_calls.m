% Carries out calls of octave_session.py until standard input ends: each line names a .mat file with a name and args,
% which is replaced by one with the results, or with the identifier and message of an error.
addpath(fullfile(fileparts(mfilename('fullpath')), '..', '..', '..', 'matlab'));
global objects
objects = {};

function varargout = carry_out(name, varargin)
    global objects
    switch name
        case 'create'
            % force constants of a reader, an interpolator or a model: create(class, ...)
            constructor = str2func(['euphonic.' varargin{1}]);
            objects{end + 1} = constructor(varargin{2:end});
            varargout = {struct('number', numel(objects))};
        case 'horace_disp'
            [w, sf] = varargin{1}.horace_disp(varargin{2:end});
            varargout = {struct('w', cell2mat(w), 'sf', cell2mat(sf))};
    end
end

function value = unpacked(value)
    global objects
    if isstruct(value) && isfield(value, 'object')
        value = objects{value.object};
    elseif isstruct(value) && isfield(value, 'unit')
        value = value.magnitude * euphonic.ureg(value.unit);
    elseif isstruct(value)
        value = structfun(@unpacked, value, 'UniformOutput', false);
    end
end

while ischar(path_of_call = fgetl(stdin))
    if isempty(path_of_call)
        continue
    end
    request = load(path_of_call);
    try
        request.args = cellfun(@unpacked, request.args, 'UniformOutput', false);
        answer = carry_out(request.name, request.args{:});
    catch problem
        answer = struct('identifier', problem.identifier, 'message', problem.message);
    end
    save('-v7', path_of_call, '-struct', 'answer');
    puts([path_of_call "\n"]);
    fflush(stdout);
end
