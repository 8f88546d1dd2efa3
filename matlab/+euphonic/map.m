function spectrum = map(model, varargin)
    %MAP   S(Q,w) in bins of energy along a path through reciprocal space.
    %   S = EUPHONIC.MAP(MODEL, ...): MODEL is a EUPHONIC.COHERENTCRYSTAL, whose temperature, scattering lengths and
    %   Debye-Waller factor count, or a EUPHONIC.FORCECONSTANTS. Name-value pairs, named as on the command line;
    %   energies in meV:
    %
    %       path               through labelled points, 'G M K G | A L' (that of Hinuma et al. for the lattice)
    %       q                  or through coordinates: n x 3, rows of NaN where it breaks; or a text
    %       zone               three integers that are added to each point, such as [1 0 2]
    %       q_spacing          largest distance between q-points, 1/angstrom (0.025)
    %       e_min, e_max       range of the bins (that of all modes; below zero neutrons gain energy)
    %       ebins              number of bins (200)
    %       energy_broadening  FWHM of a Gaussian, or ascending coefficients of its polynomial in energy; also: eb
    %       weighting          'coherent', or 'dos': each mode counts alike; also: w
    %       grid, grid_spacing Monkhorst-Pack grid of the Debye-Waller factor, where the model names none
    %
    %   S is a struct with distance (1 x n, 1/angstrom along the path), ticks and labels, energy (centres of the bins),
    %   energy_edges, data (ebins x n), unit, provenance, kernel_seconds. Coordinates are those of the crystal, whatever
    %   the model's conversion_mat. Unlike EUPHONIC.PLOT_SQW, which draws, it integrates each mode over the bins, and
    %   with a temperature there is always a Debye-Waller factor. A line of the path has the LO-TO splitting of its own
    %   direction at a zone centre, whatever the model's splitting_directions. The numbers are those of euphonicd map.
    %
    %   Example
    %       s = euphonic.map(model, 'path', 'G M K G', 'zone', [1 0 2], 'eb', 1.5);
    %       imagesc(s.distance, s.energy, s.data); axis('xy');
    %
    %   See also EUPHONIC.PLOT_SQW, EUPHONIC.POWDER, EUPHONIC.DOS.
    caller = 'map';
    if nargin < 1
        euphonic.internal.fail(caller, 'invalid_argument', 'Expected a CoherentCrystal or force constants.');
    end
    names = {'path', 'q', 'zone', 'q_spacing', 'e_min', 'e_max', 'ebins', 'energy_broadening', 'weighting', 'grid', ...
             'grid_spacing'};
    at = find(cellfun(@(arg) isequal(arg, 'q'), varargin(1:2:end)), 1);
    if ~isempty(at) && 2 * at <= numel(varargin) && ~ischar(varargin{2 * at})
        varargin{2 * at} = euphonic.internal.plot.coordinates_text(caller, varargin{2 * at});
    end
    [found, arrays] = euphonic.internal.spectrum.ask(caller, 'spectrum.map', model, varargin, names, true);
    spectrum = euphonic.internal.spectrum.result(found, arrays);
    spectrum.data = spectrum.data.';
    spectrum.distance = arrays.x(:).';
    [spectrum.energy, spectrum.energy_edges] = euphonic.internal.spectrum.centres(arrays.y);
    ticks = [found.x.ticks{:}];
    spectrum.ticks = spectrum.distance([ticks.index] + 1);
    spectrum.labels = {ticks.label};
end
