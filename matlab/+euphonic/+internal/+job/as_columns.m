function points = as_columns(caller, qh, qk, ql)
    %AS_COLUMNS   q-points as a user gives them as a cell of double columns of one length.
    %   Raises what CHECK_Q does, but for numbers that are not finite or out of reach: those the gateway finds.
    if isa(qh, 'double') && isa(qk, 'double') && isa(ql, 'double') && isreal(qh) && isreal(qk) && isreal(ql) && ...
            ~(issparse(qh) || issparse(qk) || issparse(ql)) && numel(qh) == numel(qk) && numel(qh) == numel(ql)
        points = {qh(:), qk(:), ql(:)};
    else
        [qh, qk, ql] = euphonic.internal.job.check_q(caller, qh, qk, ql);
        points = {qh, qk, ql};
    end
end
