function name = nearest(word, names)
    %NEAREST   The name that WORD is a slip of the keyboard away from, '' when none is near.
    %   NAMES is a cell of char rows. Case does not count; at most a third of the letters (and at least two) may differ.
    name = '';
    best = max(2, floor(numel(word) / 3)) + 1;
    for i = 1:numel(names)
        d = distance(lower(word), lower(names{i}));
        if d < best
            best = d;
            name = names{i};
        end
    end
end

function d = distance(a, b)
    % Levenshtein's distance, one row of the table at a time.
    row = 0:numel(b);
    for i = 1:numel(a)
        last = row;
        row(1) = i;
        for j = 1:numel(b)
            row(j + 1) = min([last(j + 1) + 1, row(j) + 1, last(j) + (a(i) ~= b(j))]);
        end
    end
    d = row(end);
end
