function write_json(caller, file, members)
    %WRITE_JSON   Write a JSON file.
    %   MEMBERS is an n x 3 cell of names, values and shapes. A value is a text, a cell of texts, a real array whose
    %   shape is a row of extents ([] for a single number), or such a cell of further members. Numbers are written with
    %   all their digits. Raises file_unwritable.
    file = euphonic.internal.options.plain(file);
    if ~ischar(file) || size(file, 1) ~= 1 || isempty(file)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected the name of a file, found a value of class %s.', class(file));
    end
    id = fopen(file, 'w', 'n', 'UTF-8');
    if id < 0
        euphonic.internal.fail(caller, 'file_unwritable', ...
            'The file %s cannot be written. Is its folder there, and may you write to it?', file);
    end
    closing = onCleanup(@() fclose(id)); %#ok<NASGU>
    write_object(id, members);
    fprintf(id, '\n');
end

function write_object(id, members)
    for i = 1:size(members, 1)
        fprintf(id, '%s"%s": ', opening('{', i), members{i, 1});
        write_value(id, members{i, 2}, members{i, 3});
    end
    fprintf(id, '}');
end

function text = opening(bracket, i)
    if i == 1
        text = bracket;
    else
        text = ', ';
    end
end

function write_value(id, value, shape)
    if ischar(value)
        fprintf(id, '%s', jsonencode(value));
    elseif iscellstr(value) %#ok<ISCLSTR>
        quoted = cellfun(@jsonencode, value(:).', 'UniformOutput', false);
        fprintf(id, '[%s]', strjoin(quoted, ', '));
    elseif iscell(value)
        write_object(id, value);
    elseif isempty(shape)
        fprintf(id, '%.17g', value);
    else
        % the last index runs fastest
        values = reshape(double(value), [shape, 1, 1]);
        values = permute(values, [numel(shape):-1:1, numel(shape) + (1:2)]);
        write_array(id, values(:), shape, inner_format(shape));
    end
end

function write_array(id, values, shape, inner)
    if isscalar(shape)
        text = sprintf('%.17g, ', values);
        fprintf(id, '[%s]', text(1:end - 2));
        return
    elseif numel(shape) == inner.n_dimensions
        fprintf(id, inner.format, values);
        return
    end
    step = prod(shape(2:end));
    for i = 1:shape(1)
        fprintf(id, '%s', opening('[', i));
        write_array(id, values((i - 1) * step + (1:step)), shape(2:end), inner);
    end
    fprintf(id, ']');
end

function inner = inner_format(shape)
    % One format for as many of the last dimensions as do not make it too long
    longest = 4096;  % numbers
    n = 0;
    format = '%.17g';
    while n < numel(shape) && prod(shape(end - n:end)) <= longest
        format = ['[' strjoin(repmat({format}, 1, shape(end - n)), ', ') ']'];
        n = n + 1;
    end
    inner = struct('format', format, 'n_dimensions', n);
end
