function args = given_or(given, others)
    %GIVEN_OR   Name-value pairs GIVEN (a cell), and those of OTHERS whose names are not among them.
    names = given(1:2:end);
    args = given;
    for i = 1:2:numel(others)
        if ~any(cellfun(@(name) isequal(name, others{i}), names))
            args = [args, others(i:i + 1)]; %#ok<AGROW>
        end
    end
end
