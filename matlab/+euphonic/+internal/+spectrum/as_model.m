function model = as_model(caller, model)
    %AS_MODEL   A CoherentCrystal: the one given, or one with default options of the force constants given.
    if isa(model, 'euphonic.ForceConstants')
        model = euphonic.CoherentCrystal(model);
    elseif ~isa(model, 'euphonic.CoherentCrystal')
        euphonic.internal.fail(caller, 'invalid_argument', ...
            'Expected a CoherentCrystal or force constants, found a value of class %s.', class(model));
    end
    if isempty(model.force_constants)
        euphonic.internal.fail(caller, 'no_force_constants', ...
            'This model has no force constants. Read some with euphonic.ForceConstants.from_castep(file).');
    end
end
