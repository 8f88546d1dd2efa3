function text = size_text(value)
    %SIZE_TEXT   The size of an array in words, such as 3x1.
    text = strjoin(arrayfun(@(n) sprintf('%d', n), size(value), 'UniformOutput', false), 'x');
end
