function end_to_end()
    %END_TO_END   Octave's side of the end-to-end benchmark: takes commands from standard input, one a line, and answers
    %   each with a line 'answer SECONDS'.
    %
    %       load FILE            read force constants (starts the daemon if there is none)
    %       points FILE          read q-points: little-endian doubles, h k l of each
    %       run COUNT SHIFT      horace_disp at the first COUNT of them, SHIFT (r.l.u.) added to h: kept results of an
    %                            earlier run do not count
    model = [];
    q = [];
    printf('answer 0\n');
    fflush(stdout);
    while true
        line = next_line();
        if isempty(line)
            return
        end
        words = strsplit(line, ' ');
        begin = tic();
        switch words{1}
            case 'load'
                model = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(words{2}), 'verbose', false);
            case 'points'
                file = fopen(words{2}, 'r', 'ieee-le');
                q = fread(file, [3, Inf], 'double').';
                fclose(file);
            case 'run'
                count = str2double(words{2});
                qh = q(1:count, 1) + str2double(words{3});
                qk = q(1:count, 2);
                ql = q(1:count, 3);
                begin = tic();
                [w, sf] = model.horace_disp(qh, qk, ql);
        end
        printf('answer %.9f\n', toc(begin));
        fflush(stdout);
        clear w sf
    end
end

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
