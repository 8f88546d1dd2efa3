function spectrum = powder(model, q, en, varargin)
    %POWDER   Powder average of S(Q,w), with the error that its sampling has.
    %   S = EUPHONIC.POWDER(MODEL, Q, EN, ...): Q are edges of bins of |Q| in 1/angstrom, EN edges of bins of energy in
    %   meV, both ascending in equal steps; [] stands for the defaults, or for q_min, q_max, q_spacing and e_min, e_max,
    %   ebins. MODEL is a EUPHONIC.COHERENTCRYSTAL, whose temperature, scattering lengths and Debye-Waller factor count,
    %   or a EUPHONIC.FORCECONSTANTS. Name-value pairs, named as on the command line:
    %
    %       energy_broadening  FWHM in energy of a Gaussian, or ascending coefficients of its polynomial; also: eb
    %       q_broadening       the same in Q; also: qb
    %       error              per cent: directions are doubled until the error of a sphere is below (1)
    %       npts               directions of each sphere to begin with (1000); also: n
    %       npts_density, npts_min, npts_max, converge, sampling   as in docs/spectra.md
    %       e_incident         fixed incident energy, meV: what it does not reach is NaN; also: e_i
    %       e_final            fixed final energy; also: e_f
    %       angle_range        [low high]: scattering angles that are measured, degrees ([0 180])
    %       weighting          'coherent', 'incoherent', 'multiphonon', 'coherent-plus-incoherent', 'total', or a
    %                          density of states as in EUPHONIC.DOS (but 'neutron-weighted'); also: w
    %       pdos               of a density of states the part of this atom type
    %       grid, grid_spacing Monkhorst-Pack grid of Debye-Waller factor and incoherent scattering
    %
    %   S is a struct with q and energy (centres of the bins), q_edges, energy_edges, data (ebins x n of q), unit;
    %   radii, error and directions of each sphere (with q_broadening also of spheres beyond the bins; error relative,
    %   empty where the sampling tells none); provenance, kernel_seconds. The numbers are those of euphonicd powder.
    %
    %   Example
    %       s = euphonic.powder(model, 0:0.05:6, 0:0.5:100, 'eb', 1.5, 'e_i', 120, 'angle_range', [3 135]);
    %       imagesc(s.q, s.energy, s.data); axis('xy');
    %
    %   See also EUPHONIC.MAP, EUPHONIC.DOS, EUPHONIC.COHERENTCRYSTAL.
    caller = 'powder';
    if nargin < 1
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected a CoherentCrystal or force constants.');
    end
    names = {'e_min', 'e_max', 'ebins', 'energy_broadening', 'weighting', 'pdos', 'grid', 'grid_spacing', ...
             'q_min', 'q_max', 'q_spacing', 'q_broadening', 'npts', 'npts_density', 'npts_min', 'npts_max', ...
             'sampling', 'converge', 'error', 'e_incident', 'e_final', 'angle_range'};
    args = varargin;
    if nargin > 1 && ~isempty(q)
        edges = equal_steps(caller, 'q', q);
        args = [args, {'q_min', edges(1), 'q_max', edges(end), ...
                       'q_spacing', (edges(end) - edges(1)) / (numel(edges) - 1)}];
    end
    if nargin > 2 && ~isempty(en)
        edges = equal_steps(caller, 'en', en);
        args = [args, {'e_min', edges(1), 'e_max', edges(end), 'ebins', numel(edges) - 1}];
    end
    [found, arrays] = euphonic.internal.spectrum.ask(caller, 'spectrum.powder', model, args, names, true);
    spectrum = euphonic.internal.spectrum.result(found, arrays);
    spectrum.data = spectrum.data.';
    [spectrum.q, spectrum.q_edges] = euphonic.internal.spectrum.centres(arrays.x);
    [spectrum.energy, spectrum.energy_edges] = euphonic.internal.spectrum.centres(arrays.y);
    spectrum.radii = arrays.radii(:).';
    spectrum.error = arrays.sphere_errors(:).';
    spectrum.directions = arrays.sphere_directions(:).';
end

function edges = equal_steps(caller, name, edges)
    steps = diff(double(edges(:)));
    if ~isnumeric(edges) || ~isreal(edges) || numel(edges) < 2 || ~all(steps > 0) || ...
            max(steps) - min(steps) > 1e-6 * max(steps)
        euphonic.internal.fail(caller, 'invalid_argument', ...
            '''%s'' is %s; expected edges of bins: ascending, equally spaced numbers.', name, ...
            euphonic.internal.shown(edges(:).'));
    end
    edges = double(edges);
end
