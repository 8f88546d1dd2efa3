function [qh, qk, ql] = check_q(caller, qh, qk, ql)
    %CHECK_Q   q-points as a user gives them: three real, finite arrays with equally many elements, in any shape.
    %   Returns double columns. Raises invalid_q (naming the first bad element) and size_mismatch.
    qh = column(caller, 'qh', qh);
    qk = column(caller, 'qk', qk);
    ql = column(caller, 'ql', ql);
    if numel(qh) ~= numel(qk) || numel(qh) ~= numel(ql)
        euphonic.internal.fail(caller, 'size_mismatch', ...
            'qh, qk and ql have %d, %d and %d elements; expected equally many.', ...
            numel(qh), numel(qk), numel(ql));
    end
end

function q = column(caller, name, q)
    if issparse(q)
        euphonic.internal.fail(caller, 'invalid_q', '%s is sparse; expected a full real array.', name);
    elseif ~isnumeric(q)
        euphonic.internal.fail(caller, 'invalid_q', '%s is of class %s; expected a full real array.', name, class(q));
    end
    q = double(q(:));
    if ~isreal(q)
        bad = find(imag(q) ~= 0, 1);
        if ~isempty(bad)
            euphonic.internal.fail(caller, 'invalid_q', '%s(%d) is complex (%g%+gi); expected real numbers.', ...
                name, bad, real(q(bad)), imag(q(bad)));
        end
        q = real(q);
    end
    % beyond, rounding leaves nothing of the place in the zone
    largest = 1e9;
    bad = find(~(abs(q) <= largest), 1);
    if ~isempty(bad)
        euphonic.internal.fail(caller, 'invalid_q', '%s(%d) is %g; expected finite numbers up to %g.', ...
            name, bad, q(bad), largest);
    end
end
