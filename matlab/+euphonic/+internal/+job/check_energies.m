function en = check_energies(caller, en, n)
    %CHECK_ENERGIES   Energy transfers as a user gives them: N real, finite numbers, or one for all.
    %   Returns a double column. Raises invalid_energy and size_mismatch.
    if ~isnumeric(en) || issparse(en) || ~isreal(en)
        euphonic.internal.fail(caller, 'invalid_energy', 'en is of class %s; expected a full real array.', class(en));
    end
    if isscalar(en)
        en = repmat(en, n, 1);
    end
    if numel(en) ~= n
        euphonic.internal.fail(caller, 'size_mismatch', ...
            'There are %d energies en for %d q-points; expected one for each, or one for all.', numel(en), n);
    end
    en = double(en(:));
    bad = find(~isfinite(en), 1);
    if ~isempty(bad)
        euphonic.internal.fail(caller, 'invalid_energy', 'en(%d) is %g; expected finite numbers.', bad, en(bad));
    end
end
