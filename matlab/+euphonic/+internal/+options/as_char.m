function value = as_char(value)
    %AS_CHAR   A text in double quotes (MATLAB's string) as a char row; any other value as it is.
    if isa(value, 'string') && isscalar(value)
        value = char(value);
    end
end
