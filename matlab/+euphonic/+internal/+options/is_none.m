function yes = is_none(value)
    %IS_NONE   Whether a value stands for "none": [] or the text 'None' in any case.
    yes = (isnumeric(value) && isempty(value)) || (ischar(value) && (isempty(value) || strcmpi(value, 'none')));
end
