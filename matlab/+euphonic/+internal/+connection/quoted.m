function word = quoted(word)
    %QUOTED   A word as the POSIX shell takes it, whatever characters are in it.
    word = ['''' strrep(word, '''', '''\''''') ''''];
end
