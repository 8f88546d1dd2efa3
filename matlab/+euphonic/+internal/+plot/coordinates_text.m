function text = coordinates_text(caller, q)
    %COORDINATES_TEXT   Rows of three numbers as euphonicd takes them: | where a row of NaN says that the path breaks.
    if ~isnumeric(q) || ~isreal(q) || ~ismatrix(q) || size(q, 2) ~= 3
        euphonic.internal.fail(caller, 'invalid_argument', '''q'' is %s; expected n x 3 real numbers.', ...
            euphonic.internal.shown(q));
    end
    words = cell(1, size(q, 1));
    for i = 1:size(q, 1)
        words{i} = sprintf('%.17g %.17g %.17g', q(i, :));
        if all(isnan(q(i, :)))
            words{i} = '|';
        end
    end
    text = strjoin(words, '  ');
end
