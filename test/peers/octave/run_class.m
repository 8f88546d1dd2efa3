function totals = run_class(name, folder)
    %RUN_CLASS   Run a parametrised test class: every combination of its parameters is a case.
    %   TOTALS is [passed, passed but for frequencies that are zero but for rounding, failed, skipped].
    about = peer_class(name, folder);
    totals = [0 0 0 0];
    object = feval(name);
    for class_values = combinations(object, about.class_parameters, about.class_setup)
        for method_values = combinations(object, about.method_parameters, about.method_setup)
            for test = about.tests
                for test_values = combinations(object, about.test_parameters, test)
                    values = merged(class_values{1}, method_values{1}, test_values{1});
                    [verdict, detail] = run_case(name, [about.class_setup, about.method_setup, test], values);
                    totals(verdict) = totals(verdict) + 1;
                    report(verdict, sprintf('%s.%s%s', name, test.name, values.title), detail);
                end
            end
        end
    end
end

function sets = combinations(object, parameters, methods)
    % A row cell of structs: a value for each parameter, and in title the numbers of these values.
    sets = {struct('title', '')};
    sequential = ~isempty(methods) && all([methods.sequential]);
    if sequential && ~isempty(parameters)
        n = numel(object.(parameters{1}));
        sets = arrayfun(@(k) chosen(object, parameters, repmat(k, 1, numel(parameters))), 1:n, 'UniformOutput', false);
        return
    end
    for parameter = parameters
        longer = {};
        for set = sets
            for k = 1:numel(object.(parameter{1}))
                longer{end + 1} = merged(set{1}, chosen(object, parameter, k)); %#ok<AGROW>
            end
        end
        sets = longer;
    end
end

function set = chosen(object, parameters, numbers)
    set = struct('title', '');
    for i = 1:numel(parameters)
        values = object.(parameters{i});
        set.(parameters{i}) = values{numbers(i)};
        set.title = sprintf('%s %s=%d', set.title, parameters{i}, numbers(i));
    end
end

function all_values = merged(varargin)
    all_values = varargin{1};
    for i = 2:nargin
        for name = fieldnames(varargin{i}).'
            if strcmp(name{1}, 'title')
                all_values.title = [all_values.title, varargin{i}.title];
            else
                all_values.(name{1}) = varargin{i}.(name{1});
            end
        end
    end
end

function [verdict, detail] = run_case(name, methods, values)
    object = feval(name);
    try
        for method = methods
            given = cellfun(@(argument) values.(argument), method.arguments, 'UniformOutput', false);
            feval(method.name, object, given{:});
        end
        detail = strjoin([object.failures, object.roundings], '; ');
        verdict = 1;
        if ~isempty(object.failures)
            verdict = 3;
        elseif ~isempty(object.roundings)
            verdict = 2;
        end
    catch problem
        detail = problem.message;
        verdict = 3;
        absent = regexp(detail, '/\S+/(input|expected_output)/[\w.]+', 'match', 'once');
        if strcmp(problem.identifier, 'peers:skip')
            verdict = 4;
        elseif ~isempty(absent) && ~exist(absent, 'file') && ~exist([absent '.mat'], 'file')
            verdict = 4;
            detail = ['there is no ' absent];
        end
    end
end

function report(verdict, title, detail)
    words = {'passed  ', 'rounding', 'failed  ', 'skipped '};
    if ~isempty(detail)
        detail = ['  ' detail];
    end
    fprintf('  %s %s%s\n', words{verdict}, title, strrep(detail, sprintf('\n'), ' '));
    fflush(stdout);
end
