function [qh, qk, ql] = some_q(n)
    %SOME_Q   The same n q-points in [-3, 3]^3 every time, as columns, in no particular order.
    i = (1:n).';
    qh = 6 * mod(i * 0.618033988749895, 1) - 3;
    qk = 6 * mod(i * 0.754877666246693, 1) - 3;
    ql = 6 * mod(i * 0.569840290998053, 1) - 3;
end
