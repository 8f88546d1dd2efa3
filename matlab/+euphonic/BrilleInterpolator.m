classdef BrilleInterpolator < euphonic.ForceConstants
    %BRILLEINTERPOLATOR   Stands where scripts used to put an interpolation between the points of a grid.
    %   FC2 = EUPHONIC.BRILLEINTERPOLATOR.FROM_FORCE_CONSTANTS(FC, ...) can be used in place of FC. Nothing is
    %   interpolated: every q-point is evaluated exactly, which is faster here than interpolating.
    %
    %   Example
    %       fc2 = euphonic.BrilleInterpolator.from_force_constants(fc, 'grid_npts', 1000);
    %       model = euphonic.CoherentCrystal(fc2, 'temperature', 300);
    %
    %   See also EUPHONIC.FORCECONSTANTS, EUPHONIC.COHERENTCRYSTAL.
    methods

        function self = BrilleInterpolator(varargin)
            self@euphonic.ForceConstants(varargin{:});
        end

    end
    methods (Static)

        function interpolator = from_force_constants(fc, varargin)
            %FROM_FORCE_CONSTANTS   Force constants in the place of an interpolator.
            %   FC2 = EUPHONIC.BRILLEINTERPOLATOR.FROM_FORCE_CONSTANTS(FC, ...) accepts the name-value pairs grid_type,
            %   grid_npts, grid_density and interpolation_kwargs. Of these only interpolation_kwargs, a struct, has an
            %   effect: its options of a calculation (asr, dipole, splitting, ...) become FC2's defaults.
            %
            %   Example
            %       fc2 = euphonic.BrilleInterpolator.from_force_constants(fc, 'grid_type', 'trellis', ...
            %           'interpolation_kwargs', struct('asr', 'reciprocal'));
            %
            %   See also EUPHONIC.BRILLEINTERPOLATOR.
            persistent said
            caller = 'BrilleInterpolator';
            if nargin < 1 || ~isa(fc, 'euphonic.ForceConstants')
                euphonic.internal.fail(caller, 'invalid_argument', 'Expected force constants as the first argument.');
            end
            given = euphonic.internal.options.name_values(caller, ...
                {'grid_type', 'grid_npts', 'grid_density', 'interpolation_kwargs'}, varargin);
            if isempty(said)
                said = true;
                warning('EUPHONIC:BrilleInterpolator:exact', ...
                    'Nothing is interpolated: frequencies and intensities are evaluated exactly, and faster.');
            end
            interpolator = euphonic.BrilleInterpolator(fc.saveobj());
            if isfield(given, 'interpolation_kwargs')
                interpolator.calculation_options = checked_options(caller, given.interpolation_kwargs);
            end
        end

        function fc = loadobj(saved)
            %LOADOBJ   An interpolator from what SAVEOBJ made.
            fc = saved;
            if isstruct(saved)
                fc = euphonic.BrilleInterpolator(saved);
            end
        end

    end
end

function options = checked_options(caller, options)
    if ~isstruct(options) || ~isscalar(options)
        euphonic.internal.fail(caller, 'invalid_argument', 'Option ''interpolation_kwargs'' is not a struct.');
    end
    names = euphonic.internal.options.names('interpolator');
    for name = fieldnames(options).'
        if ~any(strcmp(name{1}, names))
            euphonic.internal.options.unknown_option(caller, name{1}, names);
        end
        options.(name{1}) = euphonic.internal.options.check(caller, name{1}, options.(name{1}));
    end
end
