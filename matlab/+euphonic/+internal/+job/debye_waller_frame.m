function frame = debye_waller_frame(caller, tensors, n_atoms)
    %DEBYE_WALLER_FRAME   Debye-Waller tensors (n_atoms x 3 x 3, or 'None') on their way to the daemon.
    %   Refuses those of another crystal.
    frame = [];
    if euphonic.internal.options.is_none(tensors)
        return
    end
    if size(tensors, 1) ~= n_atoms
        euphonic.internal.fail(caller, 'size_mismatch', ...
            'The Debye-Waller tensors are for %d atoms; the crystal has %d.', ...
            size(tensors, 1), n_atoms);
    end
    frame = euphonic.internal.connection.frame('debye_waller', tensors, [n_atoms 3 3]);
end
