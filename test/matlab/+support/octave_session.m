function [answer, pid] = octave_session(lines, names)
    %OCTAVE_SESSION   Run lines of code in another Octave, in the background.
    %   ANSWER is the file in which the variables in NAMES are saved at the end: it appears when it is complete. Lines
    %   that follow one another are read as at the prompt: Ctrl-C ends the one that runs, and the next one follows.
    own = fileparts(getenv('EUPHONIC_CONNECTION'));
    answer = [tempname(own) '.mat'];
    script = [tempname(own) '.m'];
    folder = fileparts(fileparts(mfilename('fullpath')));
    id = fopen(script, 'w');
    fprintf(id, 'addpath(''%s'', ''%s'');\n', folder, fileparts(fileparts(which('euphonic.start'))));
    fprintf(id, '%s\n', lines{:});
    fprintf(id, 'save(''-mat'', ''%s.part''%s);\n', answer, sprintf(', ''%s''', names{:}));
    fprintf(id, 'rename(''%s.part'', ''%s'');\n', answer, answer);
    fclose(id);
    [~, text] = system(sprintf('octave-cli -q --norc --no-history <%s >%s.log 2>&1 & echo $!', script, script));
    pid = str2double(text);
end
