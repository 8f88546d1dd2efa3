function texts = string(values)
    %STRING   In the place of MATLAB's class: a cell of texts, one for each element, which joins with text as strings do.
    if iscell(values)
        values = values{1};
    end
    texts = arrayfun(@as_text, values, 'UniformOutput', false);
end

function text = as_text(value)
    if islogical(value)
        words = {'false', 'true'};
        text = words{value + 1};
    else
        text = sprintf('%.5g', value);
    end
end
