function results = both(model, qh, qk, ql)
    %BOTH   {W, SF} of a model at q-points.
    [w, sf] = model.horace_disp(qh, qk, ql);
    results = {w, sf};
end
