function [numbers, rest] = leading_numbers(caller, args)
    %LEADING_NUMBERS   The numbers that a fit hands on, as a row, and what follows them, which begins with a text.
    %   ARGS is a cell of numeric arrays, texts and cells of these; empty arrays count for nothing.
    rest = cellfun(@euphonic.internal.options.plain, flattened(args), 'UniformOutput', false);
    numbers = zeros(1, 0);
    while ~isempty(rest) && ~ischar(rest{1})
        if ~isnumeric(rest{1}) || ~isreal(rest{1})
            euphonic.internal.fail(caller, 'invalid_argument', ...
                'Expected real numbers after the q-points, found a value of class %s.', class(rest{1}));
        end
        numbers = [numbers, double(rest{1}(:).')]; %#ok<AGROW>
        rest(1) = [];
    end
end

function flat = flattened(args)
    flat = {};
    for i = 1:numel(args)
        if iscell(args{i})
            flat = [flat, flattened(args{i})]; %#ok<AGROW>
        else
            flat = [flat, args(i)]; %#ok<AGROW>
        end
    end
end
