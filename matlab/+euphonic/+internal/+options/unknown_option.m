function unknown_option(caller, name, names)
    %UNKNOWN_OPTION   Raise EUPHONIC:caller:unknown_option and offer the right one of NAMES.
    %   That is the successor of an option that Euphonic called so earlier, else the nearest name, else all.
    successors = {'eta_scale', 'dipole_parameter'
                  'dw_grid', 'debye_waller_grid'
                  'n_grid_points', 'grid_npts'
                  'fall_back_on_python', 'use_c'};
    successor = successors(strcmp(name, successors(:, 1)), 2);
    near = euphonic.internal.options.nearest(name, names);
    if ~isempty(successor) && any(strcmp(successor{1}, names))
        hint = sprintf('It is called ''%s'' now.', successor{1});
    elseif ~isempty(near)
        hint = sprintf('Did you mean ''%s''?', near);
    else
        hint = sprintf('Known options: %s.', strjoin(names, ', '));
    end
    euphonic.internal.fail(caller, 'unknown_option', 'There is no option ''%s''. %s', name, hint);
end
