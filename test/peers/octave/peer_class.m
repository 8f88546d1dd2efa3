function about = peer_class(name, folder)
    %PEER_CLASS   What the text of a parametrised test class says that Octave's own classes cannot tell.
    %   ABOUT.class_parameters, .method_parameters and .test_parameters are names of properties. ABOUT.class_setup,
    %   .method_setup and .tests are struct arrays: name, arguments (without the object), sequential (a logical).
    %   Those of superclasses in the same folder come first.
    text = regexprep(fileread(fullfile(folder, [name '.m'])), '\r', '');
    parent = regexp(text, '^classdef\s+\w+\s*<\s*(\w+)\s*$', 'tokens', 'once', 'lineanchors');
    if ~isempty(parent) && exist(fullfile(folder, [parent{1} '.m']), 'file') == 2
        about = peer_class(parent{1}, folder);
    else
        none = struct('name', {}, 'arguments', {}, 'sequential', {});
        about = struct('class_parameters', {{}}, 'method_parameters', {{}}, 'test_parameters', {{}}, ...
            'class_setup', none, 'method_setup', none, 'tests', none);
    end
    kinds = {'ClassSetupParameter', 'class_parameters'; 'MethodSetupParameter', 'method_parameters'; ...
        'TestParameter', 'test_parameters'; 'TestClassSetup', 'class_setup'; 'TestMethodSetup', 'method_setup'; ...
        'Test', 'tests'};
    blocks = regexp(text, '^    (?:properties|methods) *\(([^\n]*)\)[^\n]*\n(.*?)^    end$', 'tokens', 'lineanchors');
    for i = 1:numel(blocks)
        [attributes, body] = blocks{i}{:};
        kind = kinds(strcmp(regexp(attributes, '^\w+', 'match', 'once'), kinds(:, 1)), 2);
        if isempty(kind)
            error('peers:unknown', '%s.m has a block with (%s), which this runner does not know', name, attributes);
        end
        if any(strcmp(kind{1}, {'class_setup', 'method_setup', 'tests'}))
            sequential = ~isempty(regexp(attributes, 'ParameterCombination *= *''sequential''', 'once'));
            about.(kind{1}) = [about.(kind{1}), methods_of(body, sequential)];
        else
            found = regexp(body, '^        (\w+) *=', 'tokens', 'lineanchors');
            about.(kind{1}) = [about.(kind{1}), cellfun(@(token) token{1}, found, 'UniformOutput', false)];
        end
    end
end

function found = methods_of(body, sequential)
    heads = regexp(body, '^        function (\w+)\(([^)]*)\)', 'tokens', 'lineanchors');
    found = struct('name', {}, 'arguments', {}, 'sequential', {});
    for i = 1:numel(heads)
        arguments = regexp(strrep(heads{i}{2}, '...', ''), '\w+', 'match');
        found(i) = struct('name', heads{i}{1}, 'arguments', {arguments(2:end)}, 'sequential', sequential);
    end
end
