function text = shown(value)
    %SHOWN   A value as it is written in a message.
    if ischar(value) && size(value, 1) <= 1
        text = ['''' value ''''];
    elseif (isnumeric(value) || islogical(value)) && numel(value) <= 9 && ismatrix(value)
        text = mat2str(value);
    else
        text = sprintf('of class %s and size %s', class(value), euphonic.internal.size_text(value));
    end
end
