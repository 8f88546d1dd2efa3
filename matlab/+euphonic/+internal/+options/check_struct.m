function check_struct(caller, name, value)
    %CHECK_STRUCT   Raise EUPHONIC:caller:invalid_argument unless the value of an option is one struct.
    if ~isstruct(value) || ~isscalar(value)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Option ''%s'' is %s; expected a struct or a containers.Map with names of options.', name, ...
            euphonic.internal.shown(value));
    end
end
