function line = next_line()
    %NEXT_LINE   The next line of standard input; '' at its end. fgetl would wait for the first character after the line.
    line = '';
    while true
        character = fread(stdin, 1, 'uint8=>char');
        if isempty(character) || character == sprintf('\n')
            return
        end
        line(end + 1) = character;
    end
end
