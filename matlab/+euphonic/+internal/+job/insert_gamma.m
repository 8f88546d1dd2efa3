function [qpts, weights] = insert_gamma(qpts, weights)
    %INSERT_GAMMA   Zone centres inside a list twice, so that each side has its LO-TO direction.
    %   QPTS is n x 3. Every lattice point but the first and the last point of the list is doubled: then the first of
    %   the two takes its direction from the point before, the second from the point after. Its weight is halved.
    %   WEIGHTS that are empty become equal ones.
    n = size(qpts, 1);
    twice = all(abs(qpts - round(qpts)) <= 1e-10, 2);
    twice([1, n]) = false;
    rows = repelem_rows(1 + twice);
    qpts = qpts(rows, :);
    if isempty(weights)
        weights = ones(numel(rows), 1) / numel(rows);
    else
        weights = weights(rows) ./ (1 + twice(rows));
    end
end

function rows = repelem_rows(counts)
    last = cumsum(counts);
    rows = zeros(last(end), 1);
    rows([1; 1 + last(1:end - 1)]) = 1;
    rows = cumsum(rows);
end
