function crystal_title(fc, temperature, options)
    %CRYSTAL_TITLE   Title of the current axes: options.title, else the crystal's formula and the temperature.
    %   An empty options.title: none. TEMPERATURE in kelvin, or 'None'. The formula has elements in the order of the
    %   atoms, as 'Si3 O6'.
    if isfield(options, 'title')
        title(options.title);
        return
    end
    elements = unique(fc.atom_type, 'stable');
    words = cell(1, numel(elements));
    for i = 1:numel(elements)
        count = sum(strcmp(fc.atom_type, elements{i}));
        words{i} = [elements{i}, sprintf('%d', count(count > 1))];
    end
    text = strjoin(words, ' ');
    if ~euphonic.internal.options.is_none(temperature)
        text = sprintf('%s, %g K', text, temperature);
    end
    % an interpreter that is switched off would stay so for the titles that others set afterwards
    title(regexprep(text, '[\\_^{}]', '\\$0'));
end
